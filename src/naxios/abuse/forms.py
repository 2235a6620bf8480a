"""The forms of reviews."""

from django import forms

from naxios.abuse.reviews import LONGEST_NOTE


class DecisionForm(forms.Form):
    """What staff decide, and why. Which of the buttons was pressed stands in ``decision``."""

    note = forms.CharField(
        label="Note",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="For staff alone. Clearing needs one: who looks at this account next will want to know why.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class SuspendForm(forms.Form):
    """Suspending needs a reason, and the word that it is one."""

    reason = forms.CharField(
        label="Reason",
        max_length=LONGEST_NOTE,
        help_text="What the account did that the terms forbid, and how you know. It stands in the audit.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    is_sure = forms.BooleanField(
        label="This is more than signs: I have looked at the account, and would give this reason to its owner.",
        error_messages={"required": "Confirm that there is more than signs. If there is not, hold the free tier."},
    )
