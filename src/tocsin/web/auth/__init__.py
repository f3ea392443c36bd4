"""Who is in front of the browser: passwords, passkeys, OpenID, sessions, invitations."""
