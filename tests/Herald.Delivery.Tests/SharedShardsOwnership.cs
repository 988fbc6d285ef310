using Herald.Contracts.Stores;

namespace Herald.Delivery.Tests;

/// <summary>What the tests of clusters rely on.</summary>
public sealed class SharedShardsOwnership() : OwnershipContract(new SharedShardsHarness());
