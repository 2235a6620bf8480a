from django import forms


class TokenForm(forms.Form):
    """What a new access token is to be."""

    READ, CHANGE = "read", "change"

    name = forms.CharField(max_length=100, help_text="What will use it, such as “nightly report”.")
    may = forms.ChoiceField(
        label="It may",
        choices=[(READ, "Read keys, usage and limits"), (CHANGE, "Read, and create, change and revoke keys")],
        initial=READ,
    )
    days = forms.ChoiceField(
        label="Ends",
        required=False,
        choices=[("30", "In 30 days"), ("90", "In 90 days"), ("365", "In a year"), ("", "Never")],
        initial="90",
    )
