using Xunit;

namespace Herald.Journal.Tests;

public sealed class JournalOptionsTests
{
    [Fact]
    public void Defaults_are_valid() => Assert.Empty(new JournalOptions { Directory = "x" }.Validate());

    [Fact]
    public void All_errors_come_at_once_and_name_setting_and_value()
    {
        var errors = new JournalOptions { Directory = " ", ShardCount = 0, SegmentBytes = 5, MaxBytes = 1, DuplicateEntries = -1 }.Validate();
        Assert.Equal(5, errors.Count);
        Assert.Contains(errors, e => e.StartsWith("ShardCount is 0:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_journal_does_not_open_with_them()
    {
        var options = new JournalOptions { Directory = "x", ShardCount = -1 };
        await Assert.ThrowsAsync<ArgumentException>(async () => await JournalStore.OpenAsync(options, TimeProvider.System, cancel: TestContext.Current.CancellationToken));
    }
}
