using Herald.Engine.Channels;
using Herald.Nats.JetStream;

namespace Herald.Nats.Channels;

/// <summary>Converts the client's failures into results. A failing cluster is normal work.</summary>
internal static class Reports
{
    public static AttemptResult Judge(Exception failure, string endpoint, TimeSpan duration) => new()
    {
        // Too large is an error of this event alone: no further attempt can succeed. The others are errors of the subject, the stream or
        // the cluster: an operator can correct them. The backlog is delivered then.
        Outcome = IsTooLarge(failure) ? AttemptOutcome.Rejected : AttemptOutcome.Failed,
        Stage = failure switch
        {
            NatsUnavailableException or NatsTimeoutException => AttemptStage.Wait,
            NatsRefusedException { IsTooLarge: true } => AttemptStage.Send,
            _ => AttemptStage.Response,
        },
        StatusCode = (failure as JetStreamException)?.Code,
        Reason = $"{endpoint}: {failure.Message.ReplaceLineEndings(" ")}",
        EndpointTroubled = !IsTooLarge(failure),
        Duration = duration,
    };

    public static AttemptResult TimedOut(string endpoint, TimeSpan timeout) =>
        AttemptResult.Troubled(AttemptStage.Wait, $"{endpoint}: no answer within {timeout.TotalSeconds:0.###}s", timeout);

    public static AttemptResult Away(string endpoint, string trouble) => AttemptResult.Troubled(AttemptStage.Connect, $"{endpoint}: {trouble.ReplaceLineEndings(" ")}");

    public static AttemptResult UnknownCluster(Uri endpoint) =>
        AttemptResult.Troubled(AttemptStage.Guard, $"{endpoint.OriginalString}: this cluster is not in nats.clusters");

    private static bool IsTooLarge(Exception failure) =>
        failure is NatsRefusedException { IsTooLarge: true } or JetStreamException { ErrorCode: JetStreamError.MessageTooLarge };
}
