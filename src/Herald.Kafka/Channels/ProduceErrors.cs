using Confluent.Kafka;
using Herald.Engine.Channels;

namespace Herald.Kafka.Channels;

/// <summary>Converts the client's reports into results. A failing cluster is normal work.</summary>
internal static class ProduceErrors
{
    public static AttemptResult Judge(Error error)
    {
        if (!error.IsError)
            return AttemptResult.Delivered;
        var (outcome, stage) = error.Code switch
        {
            // Errors of this event alone: no further attempt can succeed.
            ErrorCode.MsgSizeTooLarge or ErrorCode.RecordListTooLarge or ErrorCode.InvalidRecord =>
                (AttemptOutcome.Rejected, AttemptStage.Response),
            // Errors of the topic: an operator can create it or grant access to it. The backlog is delivered then.
            ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition or ErrorCode.TopicException
                or ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
                    (AttemptOutcome.Failed, AttemptStage.Response),
            // Nothing was sent.
            ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve =>
                (AttemptOutcome.Failed, AttemptStage.Connect),
            ErrorCode.Local_Ssl or ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed =>
                (AttemptOutcome.Failed, AttemptStage.Secure),
            ErrorCode.Local_QueueFull => (AttemptOutcome.Failed, AttemptStage.Send),
            // Either it is unknown whether the brokers have the message, or too few brokers are available to accept it.
            _ => (AttemptOutcome.Failed, error.IsLocalError ? AttemptStage.Wait : AttemptStage.Response),
        };
        return new AttemptResult
        {
            Outcome = outcome,
            Stage = stage,
            StatusCode = error.IsLocalError ? null : (int)error.Code,
            Reason = $"{error.Reason} ({error.Code})",
            EndpointTroubled = outcome == AttemptOutcome.Failed,
        };
    }
}
