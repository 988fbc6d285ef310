using Herald.Alarms.Records;
using Herald.Alarms.Users;
using Herald.Engine.Applications;

namespace Herald.Alarms.Processing;

/// <summary>The users that a batch concerns. Each is read once and saved once.</summary>
internal sealed class TouchedUsers
{
    private const int MostKept = 512;

    private readonly Dictionary<byte[], TouchedUser> _byName = new(NameComparer.Instance);
    private readonly List<TouchedUser> _users = [];
    private readonly Stack<TouchedUser> _spare = new();
    private readonly ByteWriter _record = new();

    /// <summary>The users in the order in which they were first used.</summary>
    public IReadOnlyList<TouchedUser> All => _users;

    /// <summary>Releases the users and the records that they point into.</summary>
    public void Clear()
    {
        foreach (var user in _users)
        {
            user.Alarms.Clear();
            if (_spare.Count < MostKept)
                _spare.Push(user);
        }
        _users.Clear();
        _byName.Clear();
    }

    public static void Need(ReadOnlySpan<byte> name, ApplicationBatch batch)
    {
        Span<byte> key = stackalloc byte[UserKey.Longest];
        batch.Need(UserKey.Write(name, key));
    }

    /// <summary>The user with this name. Its record must have been loaded.</summary>
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public TouchedUser Of(ReadOnlySpan<byte> name, ApplicationBatch batch)
    {
        var byName = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
        if (byName.TryGetValue(name, out var known))
            return known;
        Span<byte> key = stackalloc byte[UserKey.Longest];
        var record = batch.Get(UserKey.Write(name, key));
        var user = _spare.TryPop(out var spare) ? spare : new TouchedUser();
        user.Alarms.Clear();
        if (record is { } saved)
            UserCodec.Decode(name, saved, user.Alarms);
        (user.Name, user.WasThere, user.HeardBefore) = (name.ToArray(), record is not null, user.Alarms.Heard);
        _users.Add(user);
        _byName.Add(user.Name, user);
        return user;
    }

    /// <summary>Saves the users that have changed. A user without alarms has no record.</summary>
    public void Save(ApplicationBatch batch)
    {
        Span<byte> key = stackalloc byte[UserKey.Longest];
        foreach (var user in _users)
        {
            var isKnown = user.Alarms.Count > 0;
            if (!user.Alarms.IsChanged || (!isKnown && !user.WasThere))
                continue;
            batch.Set(UserKey.Write(user.Name, key), isKnown ? Record(user) : default(ReadOnlyMemory<byte>?));
        }
    }

    private ReadOnlyMemory<byte> Record(TouchedUser user)
    {
        _record.Clear();
        UserCodec.Encode(user.Alarms, _record);
        return _record.Written.ToArray();
    }
}
