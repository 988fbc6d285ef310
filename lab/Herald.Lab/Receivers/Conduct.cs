namespace Herald.Lab.Receivers;

/// <summary>How a receiver behaves.</summary>
public abstract record Conduct
{
    private Conduct() { }

    /// <summary>Answers at once.</summary>
    public sealed record Healthy : Conduct;

    /// <summary>Answers after a delay.</summary>
    public sealed record Slow(TimeSpan By) : Conduct;

    /// <summary>Answers this share of requests with 500, at random.</summary>
    public sealed record Flaky(double FailingShare) : Conduct;
}
