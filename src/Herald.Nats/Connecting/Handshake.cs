using System.Diagnostics;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using Herald.Nats.Wire;

namespace Herald.Nats.Connecting;

/// <summary>
/// Opens a connection to one server:
/// <list type="number">
/// <item>It is dialled.</item>
/// <item>The server says what it is (INFO).</item>
/// <item>The connection is secured, if the server or its address asks for it. Nothing secret is said before.</item>
/// <item>The client says what it is (CONNECT), and asks (PING); the server takes it (PONG), or says why not.</item>
/// </list>
/// </summary>
public sealed class Handshake(ConnectionOptions options, TimeProvider time)
{
    private const int ReadSize = 64 << 10;

    /// <exception cref="NatsUnavailableException">It has not worked; the message says why.</exception>
    public async Task<ServerStream> OpenAsync(ServerAddress server, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            // 1.
            await socket.ConnectAsync(server.Host, server.Port, either.Token).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            // 2.
            var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, leaveOpen: true));
            var info = await ReadInfoAsync(reader, either.Token).ConfigureAwait(false);
            // 3.
            if (server.IsTls || info.TlsRequired)
            {
                if (!info.TlsRequired && !info.TlsAvailable)
                    throw new ProtocolException("Its address asks for TLS, and the server has none.");
                if (reader.TryRead(out var early) && !early.Buffer.IsEmpty)
                    throw new ProtocolException("The server said more than INFO before the connection was secured.");
                stream = await SecureAsync(stream, server, either.Token).ConfigureAwait(false);
                reader = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: ReadSize, leaveOpen: true));
            }
            // 4.
            await stream.WriteAsync(FrameWriter.Connect(Introduce(isTls: stream is SslStream)), either.Token).ConfigureAwait(false);
            await stream.WriteAsync("PING\r\n"u8.ToArray(), either.Token).ConfigureAwait(false);
            info = await WaitUntilTakenAsync(reader, info, either.Token).ConfigureAwait(false);
            return new(server, stream, reader, info);
        }
        catch (Exception failure) when (failure is SocketException or IOException or System.Security.Authentication.AuthenticationException or ProtocolException or OperationCanceledException)
        {
            stream?.Dispose();
            socket.Dispose();
            cancel.ThrowIfCancellationRequested();
            throw new NatsUnavailableException(failure is OperationCanceledException ? $"{server} has not answered within {options.ConnectTimeout}." : $"{server}: {failure.Message}", failure);
        }
        catch
        {
            stream?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    private ConnectRequest Introduce(bool isTls) => new()
    {
        Name = options.Name,
        User = options.User,
        Pass = options.Password,
        AuthToken = options.Token,
        TlsRequired = isTls,
    };

    private async Task<Stream> SecureAsync(Stream plain, ServerAddress server, CancellationToken cancel)
    {
        var secured = new SslStream(plain);
        var trust = new SslClientAuthenticationOptions { TargetHost = server.CertificateName ?? server.Host, CertificateChainPolicy = TrustedRoots.Read(options.CaFile) };
        await secured.AuthenticateAsClientAsync(trust, cancel).ConfigureAwait(false);
        return secured;
    }

    private static async Task<ServerGreeting> ReadInfoAsync(PipeReader reader, CancellationToken cancel)
    {
        var (kind, text) = await ReadAsync(reader, cancel).ConfigureAwait(false);
        return kind switch
        {
            FrameKind.Info => ServerGreeting.Parse(text),
            FrameKind.Error => throw new ProtocolException(Complaint.Of(text).Text),
            FrameKind.Message or FrameKind.Ping or FrameKind.Pong or FrameKind.Ok => throw new ProtocolException($"The server begins with {kind} instead of INFO."),
        };
    }

    private static async Task<ServerGreeting> WaitUntilTakenAsync(PipeReader reader, ServerGreeting info, CancellationToken cancel)
    {
        while (true)
        {
            var (kind, text) = await ReadAsync(reader, cancel).ConfigureAwait(false);
            switch (kind)
            {
                case FrameKind.Pong:
                    return info;
                case FrameKind.Info:
                    info = ServerGreeting.Parse(text);
                    break;
                case FrameKind.Error:
                    throw new ProtocolException(Complaint.Of(text).Text);
                case FrameKind.Message or FrameKind.Ping or FrameKind.Ok:
                    break; // No answer to what was asked: it is still to come.
                default:
                    throw new UnreachableException($"{kind}");
            }
        }
    }

    private static async Task<(FrameKind Kind, byte[] Text)> ReadAsync(PipeReader reader, CancellationToken cancel)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancel).ConfigureAwait(false);
            if (TryTake(reader, read.Buffer) is { } taken)
                return taken;
            if (read.IsCompleted)
                throw new IOException("The server closed the connection.");
        }
    }

    private static (FrameKind Kind, byte[] Text)? TryTake(PipeReader reader, System.Buffers.ReadOnlySequence<byte> buffer)
    {
        if (!FrameParser.TryRead(ref buffer, maxBody: 0, out var frame))
        {
            reader.AdvanceTo(buffer.Start, buffer.End);
            return null;
        }
        var taken = (frame.Kind, frame.Text.ToArray());
        reader.AdvanceTo(buffer.Start);
        return taken;
    }
}
