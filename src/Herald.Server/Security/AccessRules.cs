using System.Net;
using System.Security.Cryptography;
using System.Text;
using Herald.Hosting.Access;
using Herald.Hosting.Problems;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace Herald.Server.Security;

/// <summary>
/// Resolves the caller of each request. If the server has a token, whoever sends it has all scopes. Without one, whoever reaches the server
/// has them, because only this machine can.
/// </summary>
/// <remarks>
/// On loopback it serves this machine only, and refuses two kinds of requests that come from elsewhere. A web page of another site can be
/// open in a browser on this machine, so Host (a foreign name can resolve to 127.0.0.1) and Origin are checked. A proxy on this machine can
/// forward requests, so the headers that proxies add are checked.
/// </remarks>
/// <param name="isLocal">The server listens on loopback only, and no setting says that others can call.</param>
internal sealed class AccessRules(byte[]? token, bool isLocal, ILogger logger)
{
    private const string Scheme = "Bearer ";

    private static readonly Admission TokenHolder = Admission.Of(new("token", default, Scopes.All));
    private static readonly Admission Loopback = Admission.Of(new("local", default, Scopes.All));
    private static readonly Admission NoToken = Admission.Unknown(
        new(ProblemKind.Unauthorized, "Send the header 'Authorization: Bearer <token>' with the token of the server's token file."));

    /// <summary>Neither browsers nor API clients add these headers by themselves.</summary>
    private static readonly string[] OfProxies =
    [
        "X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Server",
        "X-Client-IP", "True-Client-IP", "CF-Connecting-IP",
    ];

    private int _proxyWasTold;

    /// <summary>The last accepted Host, because nearly every request repeats it.</summary>
    private string? _goodHost;

    public Admission Admit(HttpRequest request)
    {
        if (isLocal && Judge(request) is { } refused)
            return refused;
        return token is null ? Loopback : Matches(request.Headers.Authorization) ? TokenHolder : NoToken;
    }

    /// <summary>The rules of a server that serves this machine only.</summary>
    private Admission? Judge(HttpRequest request)
    {
        var foreign = RefuseForeign(request);
        if (FindProxy(request) is { } header)
        {
            // Also for a foreign host: a proxy that keeps the Host of its callers is no page of another site.
            TellOfProxy(header);
            // Every caller that reaches the proxy could do anything here.
            if (token is null)
                return foreign is null ? Admission.Unknown(Forwarded(header)) : Admission.Refused(Forwarded(header));
        }
        return foreign is null ? null : Admission.Refused(foreign);
    }

    private Problem? RefuseForeign(HttpRequest request)
    {
        var host = request.Headers.Host.ToString();
        if (!string.Equals(host, Volatile.Read(ref _goodHost), StringComparison.Ordinal))
        {
            if (!IsThisMachine(host))
                return new(
                    ProblemKind.ForeignHost,
                    "This server listens on loopback only. It accepts requests for localhost, 127.0.0.1 and [::1].");
            Volatile.Write(ref _goodHost, host);
        }
        var origin = request.Headers.Origin;
        if (origin.Count == 0 || string.Equals(origin.ToString(), $"http://{host}", StringComparison.OrdinalIgnoreCase))
            return null;
        return new(ProblemKind.ForeignOrigin, "Pages of other sites must not use this server.");
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

    /// <summary>
    /// Warns once about a proxy. With a token only the guard of webhook addresses is missing, so the request passes.
    /// </summary>
    private void TellOfProxy(string header)
    {
        if (Interlocked.Exchange(ref _proxyWasTold, 1) != 0)
            return;
        logger.LogWarning(
            "A request has the header {Header}, so a proxy on this machine forwards requests of others. Set requireToken (--require-token true, "
            + "HERALD__REQUIRETOKEN) and tokenFile. Then every caller needs the token, and webhooks are not "
                + "sent to internal addresses.{Consequence}",
            header, token is null ? " Until then, Herald refuses such requests." : "");
    }

    private static Problem Forwarded(string header) => new(
        ProblemKind.ForwardedRequest,
        $"This server requires no token, because it listens on loopback only. But the header '{header}' shows that a proxy forwards requests of others. "
        + "Start it with requireToken (--require-token true) and tokenFile (--token-file FILE).");

    private static bool IsThisMachine(string host)
    {
        if (host.Length == 0)
            return false;
        var name = new HostString(host).Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
    }

    /// <summary>Compares in constant time, so that the time does not show how much of the token was right.</summary>
    private bool Matches(StringValues authorization)
    {
        if (authorization.Count != 1 || authorization[0] is not { } header || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return false;
        var given = header.AsSpan(Scheme.Length).Trim();
        Span<byte> bytes = stackalloc byte[512];
        return Encoding.UTF8.TryGetBytes(given, bytes, out var length) && CryptographicOperations.FixedTimeEquals(bytes[..length], token);
    }
}
