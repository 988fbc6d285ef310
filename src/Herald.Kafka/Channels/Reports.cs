using Confluent.Kafka;
using Herald.Engine.Channels;

namespace Herald.Kafka.Channels;

/// <summary>Converts the client's reports into results. A failing cluster is normal work.</summary>
internal static class Reports
{
    public static AttemptResult Judge(Error error, string endpoint, TimeSpan duration)
    {
        if (!error.IsError)
            return AttemptResult.Delivered with { Duration = duration };
        var (outcome, stage, troubled) = error.Code switch
        {
            // Errors of this event alone: no further attempt can succeed.
            ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord => (AttemptOutcome.Rejected, AttemptStage.Response, false),
            // Errors of the topic: an operator can create it or grant access to it. The backlog is delivered then.
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.TopicException
                or ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => (AttemptOutcome.Failed, AttemptStage.Response, true),
            // Nothing was sent.
            ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve => (AttemptOutcome.Failed, AttemptStage.Connect, true),
            ErrorCode.Local_Ssl or ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => (AttemptOutcome.Failed, AttemptStage.Secure, true),
            ErrorCode.Local_QueueFull => (AttemptOutcome.Failed, AttemptStage.Send, true),
            // Either it is unknown whether the brokers have the message, or too few brokers are available to accept it.
            _ => (AttemptOutcome.Failed, error.IsLocalError ? AttemptStage.Wait : AttemptStage.Response, true),
        };
        return new AttemptResult
        {
            Outcome = outcome,
            Stage = stage,
            StatusCode = error.IsLocalError ? null : (int)error.Code,
            Reason = $"{endpoint}: {OneLine(error.Reason)} ({error.Code})",
            EndpointTroubled = troubled,
            Duration = duration,
        };
    }

    public static AttemptResult TimedOut(string endpoint, TimeSpan timeout) =>
        AttemptResult.Troubled(AttemptStage.Wait, $"{endpoint}: no answer within {timeout.TotalSeconds:0.###}s", timeout);

    public static AttemptResult Away(string endpoint, string servers) => AttemptResult.Troubled(AttemptStage.Connect, $"{endpoint}: no broker of {servers} answers");

    public static AttemptResult UnknownCluster(Uri endpoint) =>
        AttemptResult.Troubled(AttemptStage.Guard, $"{endpoint.OriginalString}: this cluster is not in kafka.clusters");

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
