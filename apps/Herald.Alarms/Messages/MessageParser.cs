using System.Text;
using System.Text.Json;

namespace Herald.Alarms.Messages;

/// <summary>
/// Reads messages from JSON: names of fields in any letter case, each once, further fields whatever they are. A message that is as it should
/// be costs no allocation. Not thread-safe: what it gives lives until the next call.
/// </summary>
internal sealed class MessageParser
{
    /// <summary>Bytes of UTF-8 of a user's or an alarm's id.</summary>
    public const int LongestId = 255;

    private const string IdRule = "A text of 1 to 255 bytes of UTF-8.";

    // Each byte may be written in six.
    private const int LongestWritten = 6 * LongestId, LongestName = 6 * 9;

    private readonly byte[] _user = new byte[LongestWritten], _alarm = new byte[LongestWritten], _name = new byte[LongestName], _text = new byte[6 * ChangedAt.LongestText];
    private int _userLength, _alarmLength;
    private AlarmStatus _status;
    private ChangedAt _changedAt;

    [Flags]
    private enum Fields
    {
        None = 0,
        UserId = 1,
        AlarmId = 2,
        Status = 4,
        ChangedAt = 8,
        OfRequest = UserId,
        OfChange = UserId | AlarmId | Status | ChangedAt,
    }

    /// <returns>Null, or why it is none, in a sentence that names field, value and rule.</returns>
    public string? ReadChange(ReadOnlySpan<byte> json, out StatusChange change)
    {
        change = default;
        if (Read(json, Fields.OfChange, "A change has UserID, AlarmID, Status and ChangedAt.") is { } refusal)
            return refusal;
        change = new StatusChange { User = _user.AsSpan(0, _userLength), Alarm = _alarm.AsSpan(0, _alarmLength), Status = _status, ChangedAt = _changedAt };
        return null;
    }

    /// <inheritdoc cref="ReadChange"/>
    public string? ReadRequest(ReadOnlySpan<byte> json, out DigestRequest request)
    {
        request = default;
        if (Read(json, Fields.OfRequest, "A request for a digest has UserID.") is { } refusal)
            return refusal;
        request = new DigestRequest { User = _user.AsSpan(0, _userLength) };
        return null;
    }

    private string? Read(ReadOnlySpan<byte> value, Fields wanted, string missing)
    {
        try
        {
            return ReadObject(value, wanted, missing);
        }
        catch (JsonException notJson)
        {
            return $"value = '{Shown.Of(value)}': It is not JSON from line {notJson.LineNumber + 1}, byte {notJson.BytePositionInLine + 1} on.";
        }
    }

    private string? ReadObject(ReadOnlySpan<byte> value, Fields wanted, string missing)
    {
        var json = new Utf8JsonReader(value);
        json.Read();
        if (json.TokenType != JsonTokenType.StartObject)
            return $"value = '{Shown.Of(value)}': A message is one JSON object.";
        var seen = Fields.None;
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            var field = FieldOf(ref json) & wanted;
            if ((seen & field) != 0)
                return $"{NameOf(field)} is given twice: A field is given once, in whatever letter case.";
            seen |= field;
            json.Read();
            if (field == Fields.None)
                json.Skip();
            else if (ReadField(field, ref json) is { } refusal)
                return refusal;
        }
        // Past the object there is nothing: else the reader refuses it here.
        json.Read();
        return seen == wanted ? null : $"{NameOf(FirstOf(wanted & ~seen))} is missing: {missing}";
    }

    private string? ReadField(Fields field, ref Utf8JsonReader json)
    {
        int length;
        switch (field)
        {
            case Fields.UserId:
                return TryReadText(ref json, _user, out _userLength) && _userLength is > 0 and <= LongestId ? null : Refuse(field, json, IdRule);
            case Fields.AlarmId:
                return TryReadText(ref json, _alarm, out _alarmLength) && _alarmLength is > 0 and <= LongestId ? null : Refuse(field, json, IdRule);
            case Fields.Status:
                return TryReadText(ref json, _text, out length) && AlarmStatusText.TryParse(_text.AsSpan(0, length), out _status) ? null : Refuse(field, json, AlarmStatusText.Rule);
            default:
                return TryReadText(ref json, _text, out length) && ChangedAt.TryParse(_text.AsSpan(0, length), out _changedAt) ? null : Refuse(field, json, ChangedAt.Rule);
        }
    }

    private Fields FieldOf(ref Utf8JsonReader json)
    {
        if (!TryReadText(ref json, _name, out var length))
            return Fields.None;
        var name = _name.AsSpan(0, length);
        if (Ascii.EqualsIgnoreCase(name, "UserID"u8))
            return Fields.UserId;
        if (Ascii.EqualsIgnoreCase(name, "AlarmID"u8))
            return Fields.AlarmId;
        if (Ascii.EqualsIgnoreCase(name, "Status"u8))
            return Fields.Status;
        return Ascii.EqualsIgnoreCase(name, "ChangedAt"u8) ? Fields.ChangedAt : Fields.None;
    }

    /// <summary>Without its escapes. False when it is no text, or longer than it could rightly be.</summary>
    private static bool TryReadText(ref Utf8JsonReader json, Span<byte> into, out int length)
    {
        length = 0;
        if (json.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName) || json.ValueSpan.Length > into.Length)
            return false;
        try
        {
            length = json.CopyString(into);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, or bytes that are no UTF-8.
            return false;
        }
    }

    private static Fields FirstOf(Fields fields) => fields & (Fields)(-(int)fields);

    private static string NameOf(Fields field) => field switch
    {
        Fields.UserId => "UserID",
        Fields.AlarmId => "AlarmID",
        Fields.Status => "Status",
        _ => "ChangedAt",
    };

    private static string Refuse(Fields field, in Utf8JsonReader json, string rule)
    {
        var value = json.TokenType switch { JsonTokenType.StartObject => "{…}"u8, JsonTokenType.StartArray => "[…]"u8, _ => json.ValueSpan };
        return $"{NameOf(field)} = '{Shown.Of(value)}': {rule}";
    }
}
