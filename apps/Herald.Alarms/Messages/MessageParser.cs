using System.Text.Json;
using Herald.Engine.Sources;

namespace Herald.Alarms.Messages;

/// <summary>
/// Reads messages from JSON. Field names are read in any letter case, each once; further fields are ignored. A correct message causes no
/// allocation.
/// </summary>
/// <remarks>Not thread-safe: its results are valid until the next call.</remarks>
internal sealed class MessageParser
{
    /// <summary>Maximum bytes of UTF-8 of a user's or an alarm's id.</summary>
    public const int LongestId = 255;

    private const string IdRule = "Must be a text of 1 to 255 bytes of UTF-8.";

    // An escape can write one byte in six.
    private const int LongestWritten = 6 * LongestId;

    private const uint OfRequest = 1u << (int)Field.UserId,
        OfChange = OfRequest | (1u << (int)Field.AlarmId) | (1u << (int)Field.Status) | (1u << (int)Field.ChangedAt);

    private readonly JsonFields _fields = new(anyCase: true, "UserID", "AlarmID", "Status", "ChangedAt");
    private readonly byte[] _user = new byte[LongestWritten], _alarm = new byte[LongestWritten],
        _text = new byte[6 * ChangedAt.LongestText];
    private int _userLength, _alarmLength;
    private AlarmStatus _status;
    private ChangedAt _changedAt;

    private enum Field
    {
        UserId,
        AlarmId,
        Status,
        ChangedAt,
    }

    /// <returns>Null, or why the message is refused, in a sentence that names field, value and rule.</returns>
    public string? ReadChange(ReadOnlySpan<byte> json, out StatusChange change)
    {
        change = default;
        if (Read(json, OfChange, "A change needs UserID, AlarmID, Status and ChangedAt.") is { } refusal)
            return refusal;
        change = new StatusChange { User = _user.AsSpan(0, _userLength), Alarm = _alarm.AsSpan(0, _alarmLength), Status = _status, ChangedAt = _changedAt };
        return null;
    }

    /// <inheritdoc cref="ReadChange"/>
    public string? ReadRequest(ReadOnlySpan<byte> json, out DigestRequest request)
    {
        request = default;
        if (Read(json, OfRequest, "A request for a digest needs UserID.") is { } refusal)
            return refusal;
        request = new DigestRequest { User = _user.AsSpan(0, _userLength) };
        return null;
    }

    private string? Read(ReadOnlySpan<byte> json, uint wanted, string missing) =>
        _fields.Read(json, wanted, missing, this, static (parser, field, ref value) => parser.ReadField((Field)field, ref value));

    private string? ReadField(Field field, ref Utf8JsonReader value)
    {
        var rule = field switch
        {
            Field.UserId => TryReadId(ref value, _user, out _userLength) ? null : IdRule,
            Field.AlarmId => TryReadId(ref value, _alarm, out _alarmLength) ? null : IdRule,
            Field.Status =>
                JsonFields.TryReadText(ref value, _text, out var length) && AlarmStatusText.TryParse(_text.AsSpan(0, length), out _status)
                    ? null
                    : AlarmStatusText.Rule,
            Field.ChangedAt =>
                JsonFields.TryReadText(ref value, _text, out var length) && ChangedAt.TryParse(_text.AsSpan(0, length), out _changedAt)
                    ? null
                    : ChangedAt.Rule,
        };
        return rule is null ? null : _fields.Refuse((int)field, value, rule);
    }

    private static bool TryReadId(ref Utf8JsonReader value, byte[] into, out int length) =>
        JsonFields.TryReadText(ref value, into, out length) && length is > 0 and <= LongestId;
}
