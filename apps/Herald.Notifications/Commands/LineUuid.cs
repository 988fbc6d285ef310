using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Herald.Client;

namespace Herald.Notifications.Commands;

/// <summary>
/// The uuids for the lines of a file: of version 5 (RFC 9562), from what is sent, to whom, and in which campaign. So the same command can
/// be run again after an interruption, and a line that was corrected or added is sent without the others.
/// </summary>
/// <param name="campaign">A name that makes the same notifications new ones.</param>
internal sealed class LineUuid(string campaign)
{
    // Made once for this purpose, at random.
    private static readonly Guid Namespace = new("5b0c1c7e-6c1b-4a53-9d0f-6a1a2d1c9f37");

    private readonly Dictionary<Guid, int> _times = [];

    /// <summary>A line that stands in the file several times gets a uuid for each time.</summary>
    public Guid Of(NewNotification notification)
    {
        var first = Hash(notification, 0);
        var time = _times.GetValueOrDefault(first);
        _times[first] = time + 1;
        return time == 0 ? first : Hash(notification, time);
    }

    private Guid Hash(NewNotification notification, int time)
    {
        var name = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(name))
        {
            json.WriteStartArray();
            json.WriteStringValue(campaign);
            json.WriteNumberValue(time);
            foreach (var text in (string?[])
                [notification.Destination, notification.To, notification.Txt, notification.Subject, notification.Html, notification.Template])
                json.WriteStringValue(text);
            foreach (var (key, value) in notification.Params ?? new Dictionary<string, string>())
            {
                json.WriteStringValue(key);
                json.WriteStringValue(value);
            }
            json.WriteEndArray();
        }
        return OfName(Namespace, name.WrittenSpan);
    }

    /// <summary>A uuid of version 5.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 9562 demands SHA-1. Nothing secret hangs on it.")]
    internal static Guid OfName(Guid space, ReadOnlySpan<byte> name)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        var all = new byte[16 + name.Length];
        _ = space.TryWriteBytes(all, bigEndian: true, out _);
        name.CopyTo(all.AsSpan(16));
        SHA1.HashData(all, hash);
        var uuid = hash[..16];
        uuid[6] = (byte)((uuid[6] & 0x0F) | 0x50);
        uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
        return new Guid(uuid, bigEndian: true);
    }
}
