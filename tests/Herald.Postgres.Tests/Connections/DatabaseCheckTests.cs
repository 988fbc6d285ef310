using Xunit;

namespace Herald.Postgres.Tests.Connections;

public sealed class DatabaseCheckTests
{
    [Theory]
    [InlineData("repeatable read")]
    [InlineData("serializable")]
    public async Task An_isolation_level_that_hides_new_appends_is_refused(string level)
    {
        await using var harness = new PostgresHarness();
        await harness.StartAsync();
        var refusal = await Assert.ThrowsAsync<PostgresStoreException>(() => OpenAsync(harness, "default_transaction_isolation", level, _ => { }).AsTask());
        Assert.StartsWith($"default_transaction_isolation is '{level}'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commits_that_do_not_wait_for_the_disk_are_reported()
    {
        await using var harness = new PostgresHarness();
        await harness.StartAsync();
        var notices = new List<string>();
        await using var store = await OpenAsync(harness, "synchronous_commit", "off", notices.Add);
        Assert.Contains(notices, notice => notice.StartsWith("synchronous_commit is off", StringComparison.Ordinal));
    }

    private static ValueTask<PostgresStore> OpenAsync(PostgresHarness harness, string setting, string value, Action<string> notices) => PostgresStore.OpenAsync(
        harness.Options with { Connection = $"{harness.Options.Connection};Options=-c {setting}={value.Replace(" ", "\\ ", StringComparison.Ordinal)}" },
        TimeProvider.System, notices, TestContext.Current.CancellationToken);
}
