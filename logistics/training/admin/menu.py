"""Where the pages stand in the sidebar."""

from django.utils.translation import gettext_lazy as _

from members.access.panels import Section

TRAINING = Section(35, _("培训考试"))
