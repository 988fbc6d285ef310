using System.Text;
using Herald.Alarms.Users;
using Herald.Engine.Applications;
using Herald.Engine.Events;
using Herald.Engine.Stores;

namespace Herald.Alarms.Inspection;

/// <summary>Reads a user's alarms for the API on any node, as the owner of the shard last saved them.</summary>
internal sealed class UserView(IStateReader state)
{
    /// <returns>Null when nothing is saved of the user.</returns>
    /// <exception cref="InvalidDataException">The saved record is damaged.</exception>
    /// <exception cref="UnknownKeyException">The saved record is encrypted with a key that this node does not know.</exception>
    public async ValueTask<UserWire?> FindAsync(ShardId shard, string user, CancellationToken cancel)
    {
        var name = Encoding.UTF8.GetBytes(user);
        var key = UserKey.Write(name, new byte[UserKey.Longest]).ToArray();
        var found = await state.ReadAsync(AlarmsApplication.StateName, [new StateKey(shard, key)], cancel);
        if (found[0] is not { } record)
            return null;
        var known = new UserAlarms();
        UserCodec.Decode(name, StateValue.Read(record), known);
        return UserWire.Of(user, known);
    }
}
