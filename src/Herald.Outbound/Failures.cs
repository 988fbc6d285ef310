using System.Net.Sockets;
using System.Security.Authentication;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>Converts time-outs and exceptions of connections into results. A failing receiver is normal work.</summary>
public static class Failures
{
    public static AttemptResult TimedOut(Uri endpoint, AttemptStage stage, TimeSpan timeout, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var reason = stage switch
        {
            AttemptStage.Resolve => $"the name {endpoint.IdnHost} was not resolved within {Describe(timeout)}",
            AttemptStage.Connect => $"no connection to {EndpointName.Of(endpoint)} within {Describe(timeout)}",
            AttemptStage.Secure => $"{EndpointName.Of(endpoint)} did not finish the TLS handshake within {Describe(timeout)}",
            AttemptStage.Send => $"{EndpointName.Of(endpoint)} did not receive the whole request within {Describe(timeout)}",
            AttemptStage.Guard or AttemptStage.Wait or AttemptStage.Response =>
                $"no response from {EndpointName.Of(endpoint)} within {Describe(timeout)}",
        };
        return AttemptResult.Troubled(stage, reason, duration);
    }

    /// <param name="reached">The stage that the attempt had reached. The result's stage is never an earlier one.</param>
    /// <param name="remedy">What allows an address that the guard refuses, as the end of a sentence.</param>
    public static AttemptResult From(Exception failure, Uri endpoint, AttemptStage reached, string remedy, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(endpoint);
        var (stage, reason) = Judge(failure, endpoint, reached);
        if (stage == AttemptStage.Guard)
            reason = $"{reason}; {remedy}";
        // The request was sent, its connection ended, and sending it again failed at an earlier stage. It may have arrived the first time.
        if (stage < reached && reached >= AttemptStage.Send)
            (stage, reason) = (reached, $"the connection ended before the answer, and the request could not be sent again: {reason}");
        return AttemptResult.Troubled(stage, reason, duration);
    }

    internal static StaleConnectionException? FindStaleConnection(Exception failure) => Find<StaleConnectionException>(failure);

    private static (AttemptStage Stage, string Reason) Judge(Exception failure, Uri endpoint, AttemptStage reached)
    {
        if (Find<DialException>(failure) is { } dial)
            return (dial.Stage, dial.Message);
        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            || Find<AuthenticationException>(failure) is not null)
            return (AttemptStage.Secure, $"{EndpointName.Of(endpoint)}: TLS failed: {OneLine(Innermost(failure).Message)}");
        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError })
            return (AttemptStage.Secure, $"{EndpointName.Of(endpoint)} does not offer HTTP/2");
        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError })
            return (AttemptStage.Connect, $"the proxy could not connect to {EndpointName.Of(endpoint)}");
        if (Find<SocketException>(failure) is { } socket)
            return (reached, $"{EndpointName.Of(endpoint)}: {Describe(socket)}");
        if (Find<HttpIOException>(failure) is { } io)
        {
            return io.HttpRequestError switch
            {
                HttpRequestError.ResponseEnded => (reached, $"{EndpointName.Of(endpoint)} closed the connection before it answered"),
                HttpRequestError.InvalidResponse => (AttemptStage.Response, $"{EndpointName.Of(endpoint)} did not answer in HTTP"),
                HttpRequestError.ConfigurationLimitExceeded =>
                    (AttemptStage.Response, $"{EndpointName.Of(endpoint)} answered with longer headers than allowed"),
                _ => (reached, $"{EndpointName.Of(endpoint)}: {OneLine(io.Message)}"),
            };
        }
        if (failure is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse })
            return (AttemptStage.Response, $"{EndpointName.Of(endpoint)} did not answer in HTTP");
        return (reached, $"{EndpointName.Of(endpoint)}: {OneLine(Innermost(failure).Message)}");
    }

    public static string Describe(SocketException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection refused",
            SocketError.ConnectionReset or SocketError.Shutdown or SocketError.ConnectionAborted => "connection reset",
            SocketError.TimedOut => "connection timed out",
            SocketError.HostUnreachable => "host unreachable",
            SocketError.NetworkUnreachable => "network unreachable",
            SocketError.HostNotFound or SocketError.NoData => "no such host",
            SocketError.TryAgain => "the name server does not answer",
            SocketError.ProcessLimit => "this machine allows no further thread for the look-up",
            SocketError.NoRecovery => "the look-up failed",
            var other => other.ToString(),
        };
    }

    private static string Describe(TimeSpan time) =>
        time.TotalSeconds >= 1 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0}ms");

    private static T? Find<T>(Exception failure)
        where T : Exception
    {
        for (var one = failure; one is not null; one = one.InnerException)
        {
            if (one is T found)
                return found;
        }
        return null;
    }

    private static Exception Innermost(Exception failure) => failure.GetBaseException();

    private static string OneLine(string text)
    {
        var line = text.ReplaceLineEndings(" ").Trim();
        return line.Length <= 200 ? line : line[..200];
    }
}
