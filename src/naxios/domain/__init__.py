"""The rules that both planes share: pure functions and frozen structs, no Django, no I/O."""
