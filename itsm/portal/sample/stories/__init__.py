"""What happened at Brightwater Clinics in the last thirty days, ticket by ticket."""

from itsm.portal.sample.stories.changes import CHANGES
from itsm.portal.sample.stories.incidents import INCIDENTS
from itsm.portal.sample.stories.outage import OUTAGE
from itsm.portal.sample.stories.problems import PROBLEMS
from itsm.portal.sample.stories.projects import PROJECTS
from itsm.portal.sample.stories.requests import REQUESTS

STORIES = (*OUTAGE, *INCIDENTS, *REQUESTS, *PROBLEMS, *CHANGES, *PROJECTS)
