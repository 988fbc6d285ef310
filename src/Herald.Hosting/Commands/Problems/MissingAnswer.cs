using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Herald.Hosting.Commands.Problems;

/// <summary>Says why a request got no answer from Herald.</summary>
internal static class MissingAnswer
{
    public static string Line(Uri server, HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded =>
            $"What listens at {server} is no Herald: it does not answer in HTTP. {CommonOptions.WhichServer}",
        HttpRequestError.SecureConnectionError =>
            $"There is no secure connection to {server}: {Insecure(server, failure)}",
        _ => $"No Herald answers at {server}: {Reason(failure)}. Start it with `{OwnCommand.With("serve")}`, or give its address with "
            + $"--server or {CommonOptions.ServerVariable}.",
    };

    /// <summary>
    /// .NET tells only in a text what is wrong with a certificate: the names of <see cref="SslPolicyErrors"/>, or the states of a chain.
    /// </summary>
    private static string Insecure(Uri server, Exception failure)
    {
        const string WithoutTls = "For a server without TLS, the address begins with http://.";
        var text = Chain(failure).OfType<AuthenticationException>().LastOrDefault()?.Message.TrimEnd('.');
        if (text is null)
            return $"it does not speak TLS. {WithoutTls}";
        if (!text.Contains("certificate", StringComparison.OrdinalIgnoreCase))
            return $"{text}. {WithoutTls}";
        var wrong = new List<string>();
        if (text.Contains(nameof(SslPolicyErrors.RemoteCertificateNameMismatch), StringComparison.Ordinal))
            wrong.Add($"Its certificate is not for the name {server.Host}.");
        if (text.Contains("NotTimeValid", StringComparison.Ordinal))
            wrong.Add("Its certificate is out of date.");
        if (text.Contains("chain", StringComparison.OrdinalIgnoreCase) && !text.Contains("NotTimeValid", StringComparison.Ordinal))
        {
            wrong.Add("Its certificate is not from an authority that is trusted here. Give the certificate of its authority with "
                + $"--ca-file FILE or {CommonOptions.CaFileVariable}.");
        }
        return wrong.Count > 0 ? string.Join(' ', wrong) : $"{text}.";
    }

    private static string Reason(Exception failure) =>
        Chain(failure).OfType<SocketException>().FirstOrDefault() is { } socket ? socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.HostNotFound => "unknown host",
            _ => socket.Message,
        } : Chain(failure).Last().Message.TrimEnd('.');

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var one = failure; one is not null; one = one.InnerException)
            yield return one;
    }
}
