using Herald.Engine.Channels;

namespace Herald.Engine.Tests.Sending;

/// <summary>Results of attempts, as receivers cause them.</summary>
internal static class Results
{
    public static readonly AttemptResult TimedOut = new()
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Wait,
        EndpointTroubled = true,
        Duration = TimeSpan.FromSeconds(15),
    };

    public static readonly AttemptResult Status500 = new() { Outcome = AttemptOutcome.Failed, Stage = AttemptStage.Response, StatusCode = 500 };

    public static AttemptResult Delivered(double ms = 10) => AttemptResult.Delivered with { Duration = TimeSpan.FromMilliseconds(ms) };

    public static AttemptResult TooMany(TimeSpan retryAfter) => new()
    {
        Outcome = AttemptOutcome.Failed,
        Stage = AttemptStage.Response,
        StatusCode = 429,
        EndpointTroubled = true,
        RetryAfter = retryAfter,
    };
}
