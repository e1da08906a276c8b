"""The Celery application of the workers: what they drain, and how they behave."""

import warnings

from celery import Celery
from celery.platforms import SecurityWarning

from config import broker, queues, settings
from tasks import bulletin, watchdog

warnings.simplefilter("ignore", SecurityWarning)  # root is in danger from pickle; we take JSON only

celery = Celery("hearth", include=["tasks.predict", "tasks.deliver", "tasks.sweep"])
celery.conf.update(broker.options(answer_seconds=5))
celery.conf.update(
    worker_pool="threads",  # the model lives in its runner; a Celery process must always answer
    worker_prefetch_multiplier=1,
    worker_send_task_events=settings.load().flower.events,
    worker_enable_remote_control=True,  # cancel and ping
    worker_cancel_long_running_tasks_on_connection_loss=False,  # the lease owns the work
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    beat_scheduler="celery.beat:Scheduler",  # in memory: the default one keeps a pickle
    beat_schedule={
        "sweep": {
            "task": queues.SWEEP_TASK,
            "schedule": settings.load().model.sweep_seconds,
            "options": {"queue": queues.SWEEP, "expires": settings.load().model.sweep_seconds},
        }
    },
)
celery.steps["worker"].add(watchdog.Watchdog)
celery.steps["consumer"].add(bulletin.Bulletin)
