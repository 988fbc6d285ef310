using Herald.Engine.Catalogs;

namespace Herald.Engine.Looking;

/// <summary>What a shard tells of itself, alike whether it runs on this node or its owner elsewhere has saved it. Valid inside the question only.</summary>
internal interface IShardLook
{
    SubscriptionLook Of(SubscriptionEntry entry);
}
