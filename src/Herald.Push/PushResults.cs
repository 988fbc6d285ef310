using System.Globalization;
using Herald.Engine.Channels;
using Herald.Messages;
using Herald.Messages.Providers;
using Herald.Outbound;

namespace Herald.Push;

/// <summary>Makes results of attempts.</summary>
internal static class PushResults
{
    /// <summary>
    /// The status of an address that has ended, whatever number the service uses for it, so that an application can recognize it and stop
    /// using the address.
    /// </summary>
    public const int GoneStatus = 410;

    public static ProviderResult Of(PushVerdict verdict, in HttpAnswer answer, Uri url, Sending sending)
    {
        var words = verdict.Words.Length > 0 ? $" ({ProviderText.OneLine(verdict.Words, 250)})" : "";
        var said = $"{EndpointName.Of(url)} answered {answer.Status}{words}";
        var result = new AttemptResult
        {
            Outcome = OutcomeOf(verdict.Meaning, sending),
            Stage = AttemptStage.Response,
            StatusCode = verdict.Meaning == PushMeaning.AddressGone ? GoneStatus : answer.Status,
            Reason = verdict.Meaning switch
            {
                PushMeaning.Delivered => "",
                PushMeaning.AddressGone => $"this address is gone: {said}",
                PushMeaning.AddressRefused => $"this address is refused: {said}",
                PushMeaning.MessageRefused => $"this message is refused: {said}",
                PushMeaning.Throttled => $"too many messages: {said}",
                PushMeaning.SenderRefused => $"the sender is refused: {said}",
                PushMeaning.DeviceUnready or PushMeaning.Failed or PushMeaning.Unavailable => said,
            },
            RetryAfter = answer.RetryAfter,
            EndpointTroubled = verdict.Meaning is PushMeaning.Throttled or PushMeaning.Unavailable or PushMeaning.SenderRefused,
            Answer = ProviderText.Answer(answer.Body),
        };
        return new(CertaintyOf(verdict.Meaning), result);
    }

    /// <summary>No answer came. Before the request was sent, the service certainly does not have the message.</summary>
    public static ProviderResult OfFailure(in SendResult sent) =>
        new(sent.MayHaveArrived ? SendCertainty.Unknown : SendCertainty.NotSent, sent.Failure!);

    /// <summary>Nothing is sent, because it can never succeed.</summary>
    public static ProviderResult Refused(string reason) => ProviderResult.Refused(reason, stage: AttemptStage.Guard);

    public static ProviderResult TooLarge(int bytes, int most) => Refused(string.Create(
        CultureInfo.InvariantCulture,
        $"the message has {bytes:N0} bytes as JSON, and this push service takes at most {most:N0}: shorten its subject, text or data"));

    private static AttemptOutcome OutcomeOf(PushMeaning meaning, Sending sending) => meaning switch
    {
        PushMeaning.Delivered => AttemptOutcome.Delivered,
        // When the endpoint is the address, the subscription has ended too. An address in a message says nothing about the subscription.
        PushMeaning.AddressGone => sending.Message.To is null ? AttemptOutcome.EndpointGone : AttemptOutcome.Rejected,
        PushMeaning.AddressRefused or PushMeaning.MessageRefused => AttemptOutcome.Rejected,
        PushMeaning.DeviceUnready or PushMeaning.Throttled or PushMeaning.Failed or PushMeaning.Unavailable or PushMeaning.SenderRefused =>
            AttemptOutcome.Failed,
    };

    /// <summary>Every answer that is no success says that the message was not taken, except one that does not know it itself.</summary>
    private static SendCertainty CertaintyOf(PushMeaning meaning) => meaning switch
    {
        PushMeaning.Delivered => SendCertainty.Accepted,
        PushMeaning.AddressGone or PushMeaning.AddressRefused or PushMeaning.MessageRefused or PushMeaning.DeviceUnready =>
            SendCertainty.Refused,
        PushMeaning.Throttled => SendCertainty.Throttled,
        PushMeaning.Unavailable or PushMeaning.SenderRefused => SendCertainty.NotSent,
        PushMeaning.Failed => SendCertainty.Unknown,
    };
}
