using System.Net;
using System.Security.Cryptography;
using System.Text;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Herald.Server.Security;

/// <summary>
/// Who may talk to this server. With a token: whoever has it. On loopback: only this machine, and not a web page of another site
/// that a browser on this machine has open — hence the look at Host (a foreign name that resolves to 127.0.0.1) and at Origin; and not
/// whoever calls a proxy on this machine — hence the look at what proxies add.
/// </summary>
/// <param name="isLocal">It listens on loopback only, and nobody has said that others can call.</param>
internal sealed class AccessRules(byte[]? token, bool isLocal, ILogger logger)
{
    private const string Scheme = "Bearer ";

    // What anyone may see: that the server lives, how to talk to it, and the page that asks for the token.
    private static readonly string[] Open = ["/healthz", "/readyz", "/openapi.json", "/"];

    /// <summary>No browser and no client of an API adds one by itself.</summary>
    private static readonly string[] OfProxies = ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto", "X-Forwarded-Host"];

    private int _proxyWasTold;

    /// <summary>The last Host found good: nearly every request repeats it.</summary>
    private string? _goodHost;

    public Problem? Refuse(HttpRequest request)
    {
        if (isLocal && RefuseForeign(request) is { } foreign)
            return foreign;
        if (isLocal && FindProxy(request) is { } header && RefuseForwarded(request, header) is { } forwarded)
            return forwarded;
        if (token is null || Matches(request.Headers.Authorization) || IsOpen(request))
            return null;
        return new(ProblemKind.Unauthorized, "Send the header 'Authorization: Bearer <token>' with the token of the server's token file.");
    }

    private Problem? RefuseForeign(HttpRequest request)
    {
        var host = request.Headers.Host.ToString();
        if (!string.Equals(host, Volatile.Read(ref _goodHost), StringComparison.Ordinal))
        {
            if (!IsThisMachine(host))
                return new(ProblemKind.ForeignHost, "This server listens on loopback only and answers to localhost, 127.0.0.1 and [::1].");
            Volatile.Write(ref _goodHost, host);
        }
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || string.Equals(origin.ToString(), $"http://{host}", StringComparison.OrdinalIgnoreCase))
            return null;
        return new(ProblemKind.ForeignOrigin, "A page of another site may not use this server.");
    }

    private static string? FindProxy(HttpRequest request)
    {
        foreach (var name in OfProxies)
        {
            if (request.Headers.ContainsKey(name))
                return name;
        }
        return null;
    }

    /// <summary>Without a token whoever reaches the proxy could do anything here. With one, what is missing is the guard: that is told, and no more.</summary>
    private Problem? RefuseForwarded(HttpRequest request, string header)
    {
        if (Interlocked.Exchange(ref _proxyWasTold, 1) == 0)
        {
            logger.LogWarning(
                "A request has the header {Header}: a proxy on this machine hands on what others send. Set requireToken (--require-token true, HERALD_REQUIRE_TOKEN) and tokenFile: then every "
                + "caller needs the token, and webhooks are not sent to addresses inside.{Consequence}",
                header, token is null ? " Until then such requests are refused." : "");
        }
        if (token is not null || IsOpen(request))
            return null;
        return new(
            ProblemKind.ForwardedRequest,
            $"This server asks for no token, because it listens on loopback only; but the header '{header}' says that a proxy hands on what others send. "
            + "Start it with requireToken (--require-token true) and tokenFile (--token-file FILE).");
    }

    private static bool IsThisMachine(string host)
    {
        if (host.Length == 0)
            return false;
        var name = new HostString(host).Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>In a time that says nothing about how much of the token was right.</summary>
    private bool Matches(StringValues authorization)
    {
        if (authorization.Count != 1 || authorization[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var given = header.AsSpan(Scheme.Length).Trim();
        Span<byte> bytes = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(given, bytes, out var length) && CryptographicOperations.FixedTimeEquals(bytes[..length], token);
    }

    private static bool IsOpen(HttpRequest request) =>
        Array.IndexOf(Open, request.Path.Value) >= 0 && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method));
}
