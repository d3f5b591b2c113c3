"""The tables of deliver & support."""

from valuechain.deliver_support.models.article import ArticleVote, KnowledgeArticle
from valuechain.deliver_support.models.freeze import ChangeFreeze
from valuechain.deliver_support.models.offering import ServiceOffering
from valuechain.deliver_support.models.release import Deployment, Release, ReleaseStep
from valuechain.deliver_support.models.service import Service

__all__ = [
    "ArticleVote",
    "ChangeFreeze",
    "Deployment",
    "KnowledgeArticle",
    "Release",
    "ReleaseStep",
    "Service",
    "ServiceOffering",
]
