using Herald.Engine.Channels;
using Herald.Nats.JetStream;

namespace Herald.Nats.Channels;

/// <summary>Makes results of what the client reports. A cluster that fails is normal work.</summary>
internal static class Reports
{
    public static AttemptResult Judge(Exception failure, string endpoint, TimeSpan duration) => new()
    {
        // Of this event alone: no attempt will ever do better. All else is of the subject, the stream or the cluster: somebody may mend it, and wants the backlog then.
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
        AttemptResult.Troubled(AttemptStage.Guard, $"{endpoint.OriginalString}: there is no such cluster in nats.clusters");

    private static bool IsTooLarge(Exception failure) =>
        failure is NatsRefusedException { IsTooLarge: true } or JetStreamException { ErrorCode: JetStreamError.MessageTooLarge };
}
