namespace Herald.LocalServers.Push;

/// <summary>What a fake push service does with a request.</summary>
public enum PushPlan
{
    /// <summary>It judges the request as the documents say, and takes it if it is correct.</summary>
    Judged,

    /// <summary>Too many requests; the wait is in seconds, if <see cref="FakePushService.WaitSeconds"/> has one.</summary>
    Throttled,

    /// <summary>The device is not registered any more.</summary>
    Gone,

    /// <summary>The token of the sender has expired.</summary>
    ExpiredToken,

    /// <summary>500.</summary>
    Broken,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>No answer, until the caller gives up.</summary>
    Silence,

    /// <summary>The connection breaks off in the middle of an answer.</summary>
    Half,

    /// <summary>200 and many MiB of something else.</summary>
    Huge,

    /// <summary>HTTP/2: it answers and says goodbye (GOAWAY), so that the next request needs a new connection.</summary>
    Goodbye,

    /// <summary>The whole connection ends without an answer.</summary>
    BrokenConnection,
}
