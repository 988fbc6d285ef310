using System.Globalization;
using System.Text;
using System.Text.Json;
using Herald.Engine.Basics;
using Herald.Hosting.Problems;
using Herald.Hosting.Wire;
using Herald.Messages;
using Herald.Messages.Reading;
using Herald.Notifications.Posts;

namespace Herald.Notifications.Recipients;

/// <summary>
/// Reads records of recipients from JSON, with everything that is wrong: <c>{"addresses":{"email":"…"},"zone":"Europe/Berlin",
/// "locale":"de","quiet":{"from":"22:00","to":"07:00"},"wishes":{"news":["email"]}}</c>.
/// </summary>
internal sealed class RecipientRecordReader
{
    private const int MostCategories = 50, LongestLocale = 35;
    private const string Form = "A record is an object such as {\"addresses\": {\"email\": \"anna@example.com\"}}.";
    private const string Names = "Write EMAIL, SMS, SLACK or PUSH.";
    private const string Time = "Write hours and minutes like 22:00, from 00:00 to 23:59.";
    private const string ZoneRule = "Write a time zone that this machine knows, like Europe/Berlin.";

    private static readonly string[] Fields = ["addresses", "zone", "locale", "quiet", "wishes"];

    /// <summary>For records that were checked when they came.</summary>
    public static readonly IReadOnlyDictionary<Destination, IRecipientCheck> NoChecks = new Dictionary<Destination, IRecipientCheck>();

    private readonly bool _isPerson;
    private readonly IReadOnlyDictionary<Destination, IRecipientCheck> _checks;
    private readonly ProblemList _problems = new();

    private RecipientRecordReader(bool isPerson, IReadOnlyDictionary<Destination, IRecipientCheck> checks) =>
        (_isPerson, _checks) = (isPerson, checks);

    /// <param name="key">Whose record it is. Only a person has addresses.</param>
    /// <param name="checks">The channels' rules for recipients.</param>
    /// <exception cref="JsonException">The bytes are not JSON.</exception>
    public static (RecipientRecord? Record, ProblemList Problems) Read(
        ReadOnlyMemory<byte> json, RecipientKey key, IReadOnlyDictionary<Destination, IRecipientCheck> checks)
    {
        using var document = JsonDocument.Parse(json);
        var reader = new RecipientRecordReader(key.IsPerson, checks);
        var record = reader.Read(document.RootElement);
        return (reader._problems.Count == 0 ? record : null, reader._problems);
    }

    /// <exception cref="InvalidDataException">The value is damaged.</exception>
    public static RecipientRecord OfStored(ReadOnlyMemory<byte> value, RecipientKey key)
    {
        try
        {
            return Read(value, key, NoChecks).Record ?? throw new InvalidDataException($"The record of {key} is damaged.");
        }
        catch (JsonException broken)
        {
            throw new InvalidDataException($"The record of {key} is damaged ({broken.Message}).", broken);
        }
    }

    private RecipientRecord Read(JsonElement json)
    {
        var record = new RecipientRecord();
        (TimeOnly From, TimeOnly To)? quiet = null;
        foreach (var (name, value, pointer) in MembersOf(json, "", Form))
        {
            switch (name)
            {
                case "addresses":
                    record = record with { Addresses = ReadAddresses(value, pointer) };
                    break;
                case "zone":
                    record = record with { Zone = ReadZone(value, pointer) };
                    break;
                case "locale":
                    record = record with { Locale = ReadLocale(value, pointer) };
                    break;
                case "quiet":
                    quiet = ReadQuiet(value, pointer);
                    break;
                case "wishes":
                    record = record with { WishesByCategory = ReadWishes(value, pointer) };
                    break;
                default:
                    var near = Nearest.Of(name, Fields);
                    _problems.Add(
                        pointer, value,
                        $"There is no such field. {(near is null ? $"Known: {string.Join(", ", Fields)}." : $"Did you mean {near}?")}");
                    break;
            }
        }
        if (quiet is not { } hours)
            return record;
        if (record.Zone is { } zone)
            return record with { Quiet = new(hours.From, hours.To, zone) };
        if (!_problems.Shown.Any(problem => problem.Pointer == "/zone"))
            _problems.Add(FieldProblem.Of("/zone", "missing", $"Quiet hours need the time zone of the recipient. {ZoneRule}"));
        return record;
    }

    private TextMap ReadAddresses(JsonElement json, string pointer)
    {
        if (!_isPerson)
        {
            _problems.Add(pointer, json, "Only a person has addresses. Write this record for user:NAME.");
            return TextMap.Empty;
        }
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value, own) in MembersOf(json, pointer, "Write an object with an address for each destination."))
        {
            if (PostNames.DestinationOf(name) is not { } destination)
                _problems.Add(own, value, Names);
            else if (ReadAddress(value, own, destination) is { } address && !addresses.TryAdd(PostNames.CanonicalOf(destination), address))
                _problems.Add(own, value, "The destination is there twice. Remove one.");
        }
        return TextMap.Of(addresses);
    }

    private string? ReadAddress(JsonElement json, string pointer, Destination destination)
    {
        string? text;
        if (destination == Destination.Push && json.ValueKind == JsonValueKind.Object)
        {
            if (CanonicalJson.TryNormalize(json, out text) is { } problem)
            {
                _problems.Add(pointer, json, problem);
                return null;
            }
        }
        else
        {
            text = TextOf(json, pointer);
        }
        if (text is null)
            return null;
        var most = destination == Destination.Push ? PostFields.MostPushToBytes : PostFields.MostToBytes;
        var rule = Encoding.UTF8.GetByteCount(text) > most ? $"At most {most:N0} bytes."
            : string.IsNullOrWhiteSpace(text) || text.AsSpan().ContainsAny(FieldRules.NotInLines)
                ? "Write an address in one line, without control characters."
            : RecipientKey.IsPersonText(text) ? "An address of a person is never a person. Write the address itself."
            : _checks.GetValueOrDefault(destination)?.Refuse(text);
        if (rule is null)
            return text;
        _problems.Add(pointer, json, rule);
        return null;
    }

    private string? ReadZone(JsonElement json, string pointer) => ReadText(json, pointer, QuietHours.IsZone, ZoneRule);

    private string? ReadLocale(JsonElement json, string pointer) =>
        ReadText(json, pointer, IsLocale, "Write a language, with a region if it matters, like de or de-AT.");

    private static bool IsLocale(string text)
    {
        var parts = text.Split('-');
        return text.Length <= LongestLocale && parts[0].Length is >= 2 and <= 8 && parts[0].All(char.IsAsciiLetter)
            && parts.All(part => part.Length is >= 1 and <= 8 && part.All(char.IsAsciiLetterOrDigit));
    }

    private (TimeOnly From, TimeOnly To)? ReadQuiet(JsonElement json, string pointer)
    {
        TimeOnly? from = null, to = null;
        var known = _problems.Count;
        foreach (var (name, value, own) in MembersOf(json, pointer, "Write an object such as {\"from\": \"22:00\", \"to\": \"07:00\"}."))
        {
            if (name is "from")
                from = ReadTime(value, own);
            else if (name is "to")
                to = ReadTime(value, own);
            else
                _problems.Add(own, value, "There is no such field. Known: from, to.");
        }
        if (_problems.Count > known)
            return null;
        if (from is null)
            _problems.Add(FieldProblem.Of($"{pointer}/from", "missing", Time));
        if (to is null)
            _problems.Add(FieldProblem.Of($"{pointer}/to", "missing", Time));
        if (from is null || to is null)
            return null;
        if (from != to)
            return (from.Value, to.Value);
        _problems.Add(pointer, json, "The times are the same. Write another end, or opt out by wishes or a suppression.");
        return null;
    }

    private TimeOnly? ReadTime(JsonElement json, string pointer)
    {
        if (TextOf(json, pointer) is not { } text)
            return null;
        if (TimeOnly.TryParseExact(text, QuietHours.TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return time;
        _problems.Add(pointer, json, Time);
        return null;
    }

    private TextMap ReadWishes(JsonElement json, string pointer)
    {
        var wishes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (category, value, own) in MembersOf(json, pointer, "Write an object with a list of destinations for each category."))
        {
            if (!PostFields.IsCategory(category))
                _problems.Add(own, value, "A category has 1 to 63 lower-case letters, digits and hyphens.");
            else
                wishes[category] = ReadDestinations(value, own);
        }
        if (wishes.Count > MostCategories)
            _problems.Add(FieldProblem.Of(pointer, $"{wishes.Count} categories", $"At most {MostCategories} categories. Remove some."));
        return TextMap.Of(wishes);
    }

    private string ReadDestinations(JsonElement json, string pointer)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            _problems.Add(pointer, json, "Write a list of destinations, such as [\"email\"], or [] for none.");
            return "";
        }
        var wished = new SortedSet<string>(StringComparer.Ordinal);
        var index = 0;
        foreach (var item in json.EnumerateArray())
        {
            var own = $"{pointer}/{index++}";
            if (TextOf(item, own) is not { } text)
                continue;
            if (PostNames.DestinationOf(text) is { } destination)
                wished.Add(PostNames.CanonicalOf(destination));
            else
                _problems.Add(own, item, Names);
        }
        return string.Join(' ', wished);
    }

    private string? ReadText(JsonElement json, string pointer, Func<string, bool> accepts, string rule)
    {
        if (TextOf(json, pointer) is not { } text)
            return null;
        if (accepts(text))
            return text;
        _problems.Add(pointer, json, rule);
        return null;
    }

    private string? TextOf(JsonElement json, string pointer)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            try
            {
                return json.GetString();
            }
            catch (InvalidOperationException)
            {
                _problems.Add(FieldProblem.Of(pointer, json.GetRawText(), "The text is not valid Unicode: half of a UTF-16 pair."));
                return null;
            }
        }
        _problems.Add(pointer, json, "Write a JSON string.");
        return null;
    }

    /// <summary>The members of an object whose values are not null, each once.</summary>
    private IEnumerable<(string Name, JsonElement Value, string Pointer)> MembersOf(JsonElement json, string pointer, string rule)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            _problems.Add(pointer, json, rule);
            yield break;
        }
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject())
        {
            if (NameOf(member) is not { } name)
            {
                _problems.Add(pointer, member.Value, "The name of a field is not valid Unicode. Write it anew, or remove the field.");
                continue;
            }
            var own = ShapeCheck.Step(pointer, name);
            if (!seen.Add(name))
                _problems.Add(own, member.Value, "The field is there twice. Remove one.");
            else if (member.Value.ValueKind != JsonValueKind.Null)
                yield return (name, member.Value, own);
        }
    }

    private static string? NameOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
