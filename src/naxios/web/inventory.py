"""What the pages keep in a browser, declared; cookies are declared by accounts."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention

LOCAL_STORAGE: Fields = {
    "naxios-theme": Declaration(
        Category.TECHNICAL, "light or dark pages; never sent", Retention.IN_BROWSER, False, Deletion.EXPIRE
    ),
}
