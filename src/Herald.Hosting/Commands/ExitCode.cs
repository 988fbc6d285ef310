namespace Herald.Hosting.Commands;

/// <summary>How a command ends. A promise to scripts, told in docs/cli.md; numbers are never given a new meaning.</summary>
public enum ExitCode
{
    Ok = 0,

    /// <summary>It was tried and did not work; the error output says why.</summary>
    Failed = 1,

    /// <summary>The command line itself is wrong; nothing was tried.</summary>
    BadUsage = 2,

    /// <summary>No Herald, or for a command that uses it PostgreSQL or Kafka, answers at the address.</summary>
    NotReachable = 3,

    /// <summary>There is no such topic, subscription, event, dead letter or database.</summary>
    NotFound = 4,

    /// <summary>Herald understood and refused: a rule is broken, a version does not match, others depend on it.</summary>
    Refused = 5,

    /// <summary>A token, or the user, password or right in PostgreSQL, is missing or wrong.</summary>
    NotAllowed = 6,

    /// <summary>Herald cannot take it now; the same command may work later.</summary>
    Unavailable = 7,

    /// <summary>Ended by Ctrl-C.</summary>
    Interrupted = 130,
}
