"""The pages of abuse: reviews for staff, and the check for the owner of a held account."""
