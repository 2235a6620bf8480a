"""Forms about Discord and the free tier."""

from uuid import uuid4

from django import forms


class KeyForm(forms.Form):
    """The free key. The token lets a form that is sent twice make one key only."""

    form_token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class MoveForm(forms.Form):
    """To whom a free tier goes, and why. What is possible is the service's to say."""

    to = forms.CharField(
        label="To the account",
        max_length=254,
        help_text="Id, e-mail address, or the id or username on Discord.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    why = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Stands in the audit.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
