"""What the chat page says: one ``Words`` a language."""

from __future__ import annotations

from dataclasses import dataclass, fields

from index.articles import BlockKind


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the page says in one language. Braces hold what is filled in."""

    language: str
    other: str
    """The other language's name, in that language."""

    # The frame
    tagline: str
    counts: str
    sample_counts: str
    own_counts: str
    fresh: str
    talks: str
    settings: str
    question: str
    placeholder: str
    send: str
    stop: str
    skip: str
    to_sources_tab: str
    sides: str
    to_articles_tab: str

    # The conversation
    conversation: str
    welcome: str
    promise: str
    pending: str
    slow: str
    among_own: str
    narrowed: str
    corrected: str
    completed: str
    completed_within: str
    as_typed: str
    copy: str
    copied: str
    again: str
    edit: str
    export: str
    cite: str
    sources_count: str
    near_passages: str
    near_count: str
    show: str

    # Where there is no answer
    not_found: str
    no_more: str
    none_allowed: str
    advice: str
    advice_near: str
    advice_no_more: str
    advice_filters: str
    unknown: str
    suggest: str
    without_filters: str
    broken: str
    empty_own: str
    own_off: str

    # The answer
    differing: str
    untold: str
    writing: str
    checking: str
    written: str
    left_out: str
    show_left_out: str

    # The sources
    sources: str
    near: str
    others: str
    quote_mark: str
    word_mark: str
    meters: tuple[str, str, str]
    meter_title: str
    meters_meaning: str
    meters_explained: str
    source: str
    whole: str
    same: str
    more_places: str
    new_window: str

    # Whole articles
    reader: str
    close: str
    only: str
    only_now: str
    only_end: str
    gone: str
    loading: str
    load_failed: str
    kinds: dict[BlockKind, str]

    # The articles
    articles: str
    shared: str
    own: str
    places: str
    drop: str
    drop_here: str
    formats: str
    choose: str
    choose_folder: str
    paste: str
    paste_title: str
    paste_text: str
    paste_hint: str
    add: str
    cancel: str
    private: str
    shared_with_all: str
    find: str
    found: str
    first_of: str
    no_articles: str
    none_found: str
    passages: str
    remove: str
    removed: str
    undo: str
    restored: str
    clear: str
    clear_sure: str
    sending: str
    stages: dict[str, str]
    added: str
    known: str
    nothing_added: str
    skipped: str
    send_failed: str
    add_failed: str
    ask_now: str
    too_large: str
    too_many: str

    # Filters
    filters: str
    check_day: str
    publisher: str
    topic: str
    since: str
    until: str
    place: str
    day_example: str
    place_example: str
    clear_filters: str
    since_day: str
    until_day: str

    # Settings
    settings_sources: str
    settings_correct: str
    settings_written: str
    settings_theme: str
    themes: tuple[str, str, str]
    settings_kept: str
    leave: str

    # Conversations kept in the browser
    talks_kept: str
    talks_find: str
    no_talks: str
    delete: str
    delete_all: str
    delete_sure: str
    turns: str
    not_kept: str

    # The server
    lost: str
    busy: str
    back: str

    # Exports
    exported: str
    export_failed: str
    asked_at: str

    def for_script(self) -> dict[str, object]:
        """Those that the page's script says."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
