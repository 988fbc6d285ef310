using System.Globalization;
using System.Net.Sockets;
using Herald.Engine.Channels;
using Herald.Messages.Providers;
using Herald.Outbound;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

namespace Herald.Email.Smtp;

/// <summary>Converts what MailKit throws into results. A failing server is normal work.</summary>
internal static class SmtpFailures
{
    /// <summary>A failure before the connection could take mails.</summary>
    public static ProviderResult? WhileOpening(Exception failure) => failure switch
    {
        DialException { Stage: AttemptStage.Guard } refused => ProviderResult.NotSent(
            refused.Stage, $"{refused.Message}; Herald goes there only if the provider's setting privateNetwork is true"),
        DialException dial => ProviderResult.NotSent(dial.Stage, dial.Message),
        SmtpCommandException command => SmtpJudge.Judge(SmtpPoint.Session, (int)command.StatusCode, command.Message),
        AuthenticationException refused => OfAuthentication(refused),
        SslHandshakeException handshake => ProviderResult.NotSent(AttemptStage.Secure, $"no encryption: {Cause(handshake)}"),
        NotSupportedException unsupported =>
            ProviderResult.NotSent(AttemptStage.Secure, $"the server does not offer it: {unsupported.Message}"),
        InvalidDataException file => ProviderResult.NotSent(AttemptStage.Guard, file.Message),
        SmtpProtocolException or IOException or SocketException =>
            ProviderResult.NotSent(AttemptStage.Connect, $"the server ended the session before it took mails: {failure.Message}"),
        _ => null,
    };

    /// <summary>A failure on a connection that takes mails.</summary>
    /// <param name="mayHaveArrived">The whole content was written before.</param>
    public static ProviderResult? WhileSending(Exception failure, bool mayHaveArrived) => failure switch
    {
        SmtpCommandException command => SmtpJudge.Judge(PointOf(command.ErrorCode), (int)command.StatusCode, command.Message),
        // At whichever step the server says 530.
        ServiceNotAuthenticatedException missing =>
            SmtpJudge.Judge(SmtpPoint.Authentication, (int)SmtpStatusCode.AuthenticationRequired, missing.Message),
        // MailKit finds before it sends anything that the server lacks something which this mail needs.
        NotSupportedException unsupported =>
            ProviderResult.Refused($"the server cannot take this mail: {unsupported.Message}", stage: AttemptStage.Guard),
        SmtpProtocolException or IOException or SocketException => mayHaveArrived
            ? ProviderResult.Unknown($"the connection ended before the server confirmed the mail: {failure.Message}")
            : ProviderResult.NotSent(AttemptStage.Send, $"the connection ended before the mail was sent: {failure.Message}"),
        _ => null,
    };

    /// <summary>
    /// The server has answered. MailKit throws that after a polite RSET, and the time can be over during it: the answer counts anyway.
    /// </summary>
    public static bool IsVerdict(Exception failure) =>
        failure is SmtpCommandException or ServiceNotAuthenticatedException or AuthenticationException or NotSupportedException;

    /// <summary>The connection has ended, or the server has said that it ends it now.</summary>
    public static bool IsEnd(Exception failure) =>
        failure is SmtpProtocolException or IOException or SocketException
            or SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };

    private static SmtpPoint PointOf(SmtpErrorCode code) => code switch
    {
        SmtpErrorCode.SenderNotAccepted => SmtpPoint.Sender,
        SmtpErrorCode.RecipientNotAccepted => SmtpPoint.Recipient,
        SmtpErrorCode.MessageNotAccepted => SmtpPoint.Content,
        SmtpErrorCode.UnexpectedStatusCode => SmtpPoint.Data,
    };

    /// <summary>MailKit writes the reply into the message: <c>535: 5.7.8 Wrong password</c>.</summary>
    private static ProviderResult OfAuthentication(AuthenticationException failure) =>
        failure.Message is [_, _, _, ':', ' ', .. var text]
        && int.TryParse(failure.Message.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? SmtpJudge.Judge(SmtpPoint.Authentication, code, text)
            : ProviderResult.NotSent(AttemptStage.Secure, $"the server refuses the user: {failure.Message}");

    /// <summary>MailKit's own text is a page of advice. The cause is below.</summary>
    private static string Cause(SslHandshakeException failure)
    {
        var cause = failure.InnerException ?? failure;
        while (cause.InnerException is { } inner)
            cause = inner;
        return cause.Message.Split('\n')[0];
    }
}
