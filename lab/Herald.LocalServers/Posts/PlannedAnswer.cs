namespace Herald.LocalServers.Posts;

/// <summary>What a fake provider answers to a request.</summary>
public enum PlannedAnswer
{
    /// <summary>It judges the request as its vendor documents it, and takes it if it is correct.</summary>
    Judged,

    /// <summary>Too many requests; the wait is in seconds.</summary>
    Throttled,

    /// <summary>Too many requests; the wait is a date.</summary>
    ThrottledUntilDate,

    BadRecipient,

    /// <summary>The token is wrong, expired or revoked.</summary>
    BadToken,

    /// <summary>503 with a page for people.</summary>
    Unavailable,

    /// <summary>No answer, until the caller gives up.</summary>
    Silence,

    /// <summary>The request is taken, but the connection breaks off in the middle of the answer.</summary>
    Half,

    /// <summary>200, with a page for people where the vendor documents something else.</summary>
    Page,

    /// <summary>200, with an answer of many MiB.</summary>
    Huge,
}
