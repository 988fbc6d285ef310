using System.Net;
using System.Net.Sockets;
using Herald.Engine.Channels;

namespace Herald.Webhooks;

/// <summary>
/// Makes connections: resolves the name (<see cref="NameResolver"/>), checks each address, and connects to exactly the addresses that it
/// has checked. So it is safe when the name resolves to another address a moment later.
/// </summary>
/// <param name="guard">Null when all addresses are allowed.</param>
internal sealed class Dialler(AddressGuard? guard, WebhookOptions options, TimeProvider time)
{
    private readonly NameResolver _names = new(options.Resolve, time);

    public async ValueTask<Stream> DialAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var content = context.InitialRequestMessage.Content as PayloadContent;
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);

        content?.Reached(AttemptStage.Resolve);
        var addresses = await ResolveAsync(host, cancel).ConfigureAwait(false);
        addresses = RemoveRefused(addresses, host);

        content?.Reached(AttemptStage.Connect);
        var stream = await ConnectAsync(addresses, host, port, cancel).ConfigureAwait(false);
        if (context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps)
            content?.Reached(AttemptStage.Secure);
        return stream;
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

    private IPAddress[] RemoveRefused(IPAddress[] addresses, string host)
    {
        if (guard is null)
            return addresses;
        var allowed = Array.FindAll(addresses, address => guard.Refuse(address) is null);
        if (allowed.Length > 0)
            return allowed;
        throw new DialException(
            AttemptStage.Guard,
            $"{host} is at {addresses[0]}, which is {guard.Refuse(addresses[0])}; "
                + "webhooks go there only if webhooks.allowedNetworks contains it");
    }

    private async ValueTask<Stream> ConnectAsync(IPAddress[] addresses, string host, int port, CancellationToken cancel)
    {
        var failure = "";
        SocketException? inner = null;
        for (var i = 0; i < addresses.Length; i++)
        {
            var last = i == addresses.Length - 1;
            using var patience = new CancellationTokenSource(last ? Timeout.InfiniteTimeSpan : options.AddressPatience, time);
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
