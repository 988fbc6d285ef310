namespace Herald.Simulation.Runs;

/// <summary>Counts the situations that a run reached. A simulation that never reaches a situation proves nothing about it.</summary>
internal sealed class Reached
{
    /// <summary>All situations. Enough worlds reach each of them.</summary>
    public static readonly IReadOnlySet<string> All = new SortedSet<string>(StringComparer.Ordinal)
    {
        // The store
        "appends applied, reply lost", "changes applied, reply lost", "commits applied, reply lost",
        "requests that arrive twice", "late commits of dead owners refused",
        "checkpoints", "deliveries that expired with the log", "attempts at what was kept apart from the log", "events of keys that waited freed",
        "steps with the store away", "changes of the catalog that could not be read", "commits sent again and recognised", "readings that did not find what had come",

        // Nodes
        "crashes", "crashes with attempts in flight", "clean stops", "stops that were cut short", "lives ended by the store", "pauses of a node",
        "jumps of a clock", "clocks set by hours", "given up by age, in one life", "nodes cut off from the store", "steps with a stale catalog", "steps with all permits in use", "steps with a greedy subscription and permits left to others",

        "lives without a channel for some of the endpoints", "steps waiting for a channel",
        "attempts that a channel did not make",

        // Leases
        "steps with shards on several nodes", "steps with shards on four nodes or more", "shards taken over from a node that is gone", "shards asked back", "shards released", "dead nodes removed",
        "nodes removed that still lived", "leases lost", "leases renewed after they had run out", "attempts given up because their lease ran out",
        "notes", "notes that did not arrive, or without a word of it", "notes applied, reply lost", "attempts given up in a handover or a stop", "late commits of living nodes refused", "renewals applied, reply lost",

        "dead nodes removed by their session", "nodes removed that had lost their session, and still lived", "sessions that broke", "sessions that outlived their process",
        "attempts of a node that had lost its session",

        // Applications
        "batches of an application", "batches that an application could not take just then",
        "ticks that overtook events", "ticks at the end of the log",

        // Lanes
        "steps behind", "steps behind with blocked lanes", "steps at the bound of blocked lanes", "steps with a blocked lane", "steps with a held lane",
        "steps with followers behind a skip that is not durable", "steps draining with an arrival", "steps waiting for an attempt of an older generation",
        "skipped: DeadLetter", "skipped: Forward", "skipped: Expire", "skipped: Discard", "repeats",

        "reported: Delivered", "reported: Recovered", "reported: Exhausted", "reported: Expired", "reported: Discarded", "reported: Forwarded",

        // Two keys with one hash
        "steps with a lane of two keys", "steps with a blocked lane of two keys", "steps with a held lane of two keys", "steps with a lane of two keys that drains",

        // Receivers
        "messages that were too late to be sent", "failures of messages that are too late for another attempt",
        "acknowledged after the time-out, if at all", "acknowledged, but the answer was lost", "throttled", "said to be gone",

        // Publishers and operators
        "published: Accepted", "published: Duplicate", "published: Conflict", "published: NoRoom", "ids accepted again after the end of their window", "ids that two tenants publish",
        "messages of a source passed", "sources that went on at a place of their own", "messages of a source read again", "positions applied, reply lost", "messages of a source that are no events", "forwards that ended as dead letters", "publishers told to try again", "operators told to try again",
        "edits", "changes that all nodes follow", "subscriptions paused", "subscriptions resumed", "subscriptions deleted", "replays", "held keys released", "held keys discarded", "dead letters redriven",
    };

    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Count(string situation, long times = 1) => _counts[situation] = _counts.GetValueOrDefault(situation) + times;

    public void Add(Reached other)
    {
        foreach (var (situation, times) in other._counts)
            Count(situation, times);
    }
}
