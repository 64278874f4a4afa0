"""Switches of django-allauth (phone first, SMS code or password, second factor, limits) and the SMS channel."""

from portal.env import env_int, env_str

# The class that hands texts to a provider (portal/notify/sms). Without a provider: the developer's page.
SMS_CHANNEL = env_str("SMS_CHANNEL", "portal.notify.sms.developer.DeveloperChannel")

ACCOUNT_ADAPTER = "members.accounts.adapter.PhoneAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"phone"}
ACCOUNT_SIGNUP_FIELDS = ["phone*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PHONE_VERIFICATION_ENABLED = True
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
USERSESSIONS_TRACK_ACTIVITY = False
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "县域物流"

# Minutes for which a device's old secret still works after a rotation.
DEVICE_SECRET_OVERLAP_MINUTES = env_int("DEVICE_SECRET_OVERLAP_MINUTES", 30)
