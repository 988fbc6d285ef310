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
            $"There is no secure connection to {server}: {Certificate(failure)} For a server without TLS, the address begins with http://.",
        _ => $"No Herald answers at {server}: {Reason(failure)}. Start it with `herald serve`, or give its address with --server "
            + $"or {CommonOptions.ServerVariable}.",
    };

    private static string Certificate(Exception failure) =>
        Chain(failure).OfType<AuthenticationException>().LastOrDefault()?.Message ?? "it does not speak TLS.";

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
