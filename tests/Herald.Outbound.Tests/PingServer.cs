using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Herald.Outbound.Tests;

/// <summary>Speaks as much HTTP/2 as is needed to see a ping: it accepts a connection and answers no request.</summary>
internal sealed class PingServer : IAsyncDisposable
{
    private const int PrefaceLength = 24, FrameHeadLength = 9;
    private const byte Settings = 4, Ping = 6;

    private static readonly byte[] OwnSettings = [0, 0, 0, Settings, 0, 0, 0, 0, 0];
    private static readonly byte[] SettingsAcknowledged = [0, 0, 0, Settings, 1, 0, 0, 0, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _pinged = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    public PingServer(X509Certificate2 certificate)
    {
        _listener.Start();
        Endpoint = new($"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _serving = ServeAsync(certificate);
    }

    public Uri Endpoint { get; }

    public Task Pinged => _pinged.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(X509Certificate2 certificate)
    {
        try
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await using var stream = new SslStream(client.GetStream());
            var tls = new SslServerAuthenticationOptions
            {
                ServerCertificate = certificate,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
            };
            await stream.AuthenticateAsServerAsync(tls, _stop.Token);
            await stream.WriteAsync(OwnSettings, _stop.Token);
            await stream.ReadExactlyAsync(new byte[PrefaceLength], _stop.Token);
            while (true)
                await ReadFrameAsync(stream);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            _pinged.TrySetException(e);
        }
    }

    private async Task ReadFrameAsync(SslStream stream)
    {
        var head = new byte[FrameHeadLength];
        await stream.ReadExactlyAsync(head, _stop.Token);
        var length = BinaryPrimitives.ReadInt32BigEndian([0, .. head.AsSpan(0, 3)]);
        await stream.ReadExactlyAsync(new byte[length], _stop.Token);
        var (kind, isAcknowledgement) = (head[3], (head[4] & 1) != 0);
        if (kind == Settings && !isAcknowledgement)
            await stream.WriteAsync(SettingsAcknowledged, _stop.Token);
        // The handler also pings to measure the way, and only after answers. This server gives none.
        if (kind == Ping && !isAcknowledgement)
            _pinged.TrySetResult();
    }
}
