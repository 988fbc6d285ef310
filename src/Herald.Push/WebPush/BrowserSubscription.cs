using System.Security.Cryptography;

namespace Herald.Push.WebPush;

/// <summary>The address of one browser: what <c>PushSubscription.toJSON()</c> gives.</summary>
/// <param name="Endpoint">Where its push service takes messages for it. Whoever knows it can send, so it is not shown.</param>
/// <param name="Key">The browser's public key, <c>keys.p256dh</c>.</param>
/// <param name="Secret">The secret that browser and sender share, <c>keys.auth</c>.</param>
/// <param name="ExpiresAt">When the subscription ends, if the browser knows it.</param>
internal sealed record BrowserSubscription(Uri Endpoint, ECParameters Key, byte[] Secret, DateTimeOffset? ExpiresAt);
