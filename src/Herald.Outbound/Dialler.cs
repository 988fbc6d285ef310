using System.Net;
using System.Net.Sockets;
using Herald.Engine.Channels;

namespace Herald.Outbound;

/// <summary>
/// Makes connections: resolves the name (<see cref="NameResolver"/>), checks each address, and connects to exactly the addresses that it
/// has checked. So it is safe when the name resolves to another address a moment later.
/// </summary>
public sealed class Dialler
{
    private readonly NameResolver _names;
    private readonly TimeSpan _addressPatience;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">An option is out of its range; the message names each.</exception>
    public Dialler(OutboundOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Validate() is { Count: > 0 } errors)
            throw new ArgumentException(string.Join("; ", errors), nameof(options));
        Guard = AddressGuard.Of(options);
        _names = new(options.Resolve, time);
        _addressPatience = options.AddressPatience;
        _time = time;
    }

    /// <summary>The guard that judges each address. Callers can ask it early, before there is anything to send.</summary>
    public AddressGuard Guard { get; }

    /// <param name="reached">Called at the beginning of each stage, for messages about a time-out.</param>
    /// <exception cref="DialException">No connection was made.</exception>
    public ValueTask<Stream> DialAsync(string host, int port, Action<AttemptStage>? reached, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(host);
        return DialAsync(host, port, Guard, reached, cancel);
    }

    /// <summary>For the operator's own proxy, which can be at any address.</summary>
    internal ValueTask<Stream> DialUnguardedAsync(string host, int port, Action<AttemptStage>? reached, CancellationToken cancel) =>
        DialAsync(host, port, AddressGuard.Off, reached, cancel);

    private async ValueTask<Stream> DialAsync(
        string host, int port, AddressGuard guard, Action<AttemptStage>? reached, CancellationToken cancel)
    {
        reached?.Invoke(AttemptStage.Resolve);
        var addresses = await ResolveAsync(host, cancel).ConfigureAwait(false);
        addresses = RemoveRefused(addresses, host, guard);

        reached?.Invoke(AttemptStage.Connect);
        return await ConnectAsync(addresses, host, port, cancel).ConfigureAwait(false);
    }

    private async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        try
        {
            var addresses = await _names.ResolveAsync(host, cancel).ConfigureAwait(false);
            return addresses.Length > 0 ? addresses : throw new DialException(AttemptStage.Resolve, $"{host} has no address");
        }
        catch (SocketException e)
        {
            throw new DialException(AttemptStage.Resolve, $"the name {host} could not be resolved: {Failures.Describe(e)}", e);
        }
    }

    private static IPAddress[] RemoveRefused(IPAddress[] addresses, string host, AddressGuard guard)
    {
        var allowed = Array.FindAll(addresses, address => guard.Refuse(address) is null);
        if (allowed.Length > 0)
            return allowed;
        throw new DialException(AttemptStage.Guard, $"{host} is at {addresses[0]}, which is {guard.Refuse(addresses[0])}");
    }

    private async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, string host, int port, CancellationToken cancel)
    {
        var failure = "";
        SocketException? inner = null;
        for (var i = 0; i < addresses.Length; i++)
        {
            var last = i == addresses.Length - 1;
            using var patience = new CancellationTokenSource(last ? Timeout.InfiniteTimeSpan : _addressPatience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
            var socket = new Socket(addresses[i].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(addresses[i], port), either.Token).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                (failure, inner) = (Failures.Describe(e), e);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                socket.Dispose();
                failure = "timed out";
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        // The host can have moved to another address.
        _names.Doubt(host);
        throw new DialException(AttemptStage.Connect, $"{host}:{port}: {failure}", inner);
    }
}
