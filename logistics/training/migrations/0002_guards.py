"""What the database refuses whoever tries it: jumps of state, changes after the end, questions without an answer."""

from django.db import migrations

from portal.core.jumps import jump_guard

COURSE = {"draft": ["published"], "published": ["retired"], "retired": ["published"]}
PAPER = {"draft": ["open"], "open": ["closed"], "closed": ["open"]}
ATTEMPT = {"running": ["submitted", "timed_out"]}

CLOSED = """
CREATE FUNCTION training_attempt_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a closed attempt does not change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'training_attempt_closed', TABLE = 'training_attempt';
END $$;
CREATE TRIGGER training_attempt_closed BEFORE UPDATE ON training_attempt
    FOR EACH ROW WHEN (OLD.state <> 'running') EXECUTE FUNCTION training_attempt_closed();

CREATE FUNCTION training_answer_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM training_attempt WHERE id = OLD.attempt_id AND state = 'running') THEN
        RAISE EXCEPTION 'answers of a closed attempt do not change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_answer_closed', TABLE = 'training_attemptquestion';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER training_answer_closed BEFORE UPDATE ON training_attemptquestion
    FOR EACH ROW EXECUTE FUNCTION training_answer_closed();
"""
NOT_CLOSED = """
DROP TRIGGER training_attempt_closed ON training_attempt;
DROP FUNCTION training_attempt_closed();
DROP TRIGGER training_answer_closed ON training_attemptquestion;
DROP FUNCTION training_answer_closed();
"""

# Deferred: a question and its options are written one after the other, and judged together at the end.
WHOLE = """
CREATE FUNCTION training_question_whole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    about bigint;
    form text;
    options int;
    correct int;
BEGIN
    IF TG_TABLE_NAME = 'training_question' THEN
        about := NEW.id;
    ELSIF TG_OP = 'DELETE' THEN
        about := OLD.question_id;
    ELSE
        about := NEW.question_id;
    END IF;
    SELECT kind INTO form FROM training_question WHERE id = about AND state = 'active';
    IF form IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT count(*), count(*) FILTER (WHERE o.correct) INTO options, correct
        FROM training_option o WHERE o.question_id = about;
    IF options < 2 OR correct < 1 OR (form = 'multiple' AND correct < 2) OR (form <> 'multiple' AND correct > 1)
        OR (form = 'true_false' AND options > 2) THEN
        RAISE EXCEPTION 'a question needs options, and as many right ones as its kind asks for'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_question_whole', TABLE = 'training_question';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER training_question_whole AFTER INSERT OR UPDATE ON training_question
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION training_question_whole();
CREATE CONSTRAINT TRIGGER training_option_whole AFTER INSERT OR UPDATE OR DELETE ON training_option
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION training_question_whole();
"""
NOT_WHOLE = """
DROP TRIGGER training_option_whole ON training_option;
DROP TRIGGER training_question_whole ON training_question;
DROP FUNCTION training_question_whole();
"""


class Migration(migrations.Migration):
    dependencies = [("training", "0001_initial")]

    operations = [
        jump_guard(table="training_course", moves=COURSE),
        jump_guard(table="training_paper", moves=PAPER),
        jump_guard(table="training_attempt", moves=ATTEMPT),
        migrations.RunSQL(CLOSED, NOT_CLOSED),
        migrations.RunSQL(WHOLE, NOT_WHOLE),
    ]
