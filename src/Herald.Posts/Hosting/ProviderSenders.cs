using Herald.Outbound;
using Microsoft.Extensions.Options;

namespace Herald.Posts.Hosting;

/// <summary>The senders of providers: the guarded one of all channels, and one for providers that the operator says are inside.</summary>
public sealed class ProviderSenders(HttpSender guarded, IOptions<OutboundOptions> options, TimeProvider time) : IDisposable
{
    private readonly Lazy<HttpSender> _unguarded = new(() => new(options.Value with { Guard = false }, time));

    public HttpSender For(PostProviderOptions provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        return provider.PrivateNetwork ? _unguarded.Value : guarded;
    }

    public void Dispose()
    {
        if (_unguarded.IsValueCreated)
            _unguarded.Value.Dispose();
    }
}
