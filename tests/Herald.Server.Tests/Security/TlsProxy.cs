using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Herald.TestKit.Receivers;

namespace Herald.Server.Tests.Security;

/// <summary>A proxy on this machine that ends TLS, adds a header and forwards the request. It takes one request per connection.</summary>
internal sealed class TlsProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _closing = new();
    private readonly System.Security.Cryptography.X509Certificates.X509Certificate2 _certificate = TestCertificate.Create();
    private readonly int _target;
    private readonly string _header;
    private readonly bool _keepsHost;
    private readonly Task _serving;

    /// <param name="header">A whole header line, or an empty text for none.</param>
    /// <param name="keepsHost">Whether the Host header is forwarded. Otherwise it names the target's own address.</param>
    public TlsProxy(int target, string header, bool keepsHost)
    {
        (_target, _header, _keepsHost) = (target, header, keepsHost);
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>The hash of the certificate.</summary>
    public string Certificate => _certificate.GetCertHashString();

    public Uri Address => new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _serving;
        _certificate.Dispose();
        _closing.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync(_closing.Token);
                await using var secure = new SslStream(client.GetStream());
                await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _closing.Token);
                await ForwardAsync(secure);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // The proxy has been disposed of.
        }
    }

    private async Task ForwardAsync(SslStream secure)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, _target, _closing.Token);
        await using var plain = server.GetStream();
        var lines = (await ReadHeadAsync(secure)).Split("\r\n").ToList();
        if (!_keepsHost)
            lines[lines.FindIndex(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))] = $"Host: 127.0.0.1:{_target}";
        lines.RemoveAll(line => line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase));
        lines.Insert(1, "Connection: close");
        if (_header.Length > 0)
            lines.Insert(1, _header);
        await plain.WriteAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)), _closing.Token);
        var sending = secure.CopyToAsync(plain, _closing.Token);
        await plain.CopyToAsync(secure, _closing.Token);
        await secure.ShutdownAsync();
        _ = sending.ContinueWith(static done => done.Exception, TaskScheduler.Default);
    }

    private async Task<string> ReadHeadAsync(SslStream secure)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await secure.ReadAsync(one, _closing.Token) > 0)
            head.Append((char)one[0]);
        return head.ToString();
    }
}
