using System.Text;
using Herald.Lab.Benches.Parts;
using Xunit;

namespace Herald.Lab.Tests.Benches.Parts;

public sealed class GroupAppendTests
{
    [Fact]
    public async Task Everything_that_was_appended_is_in_the_file_once()
    {
        var folder = Directory.CreateTempSubdirectory("herald-test-");
        try
        {
            var path = Path.Combine(folder.FullName, "log");
            using (var append = new GroupAppend(path))
                await Task.WhenAll(Enumerable.Range(0, 200).Select(i => append.AppendAsync(Encoding.ASCII.GetBytes($"{i:000}\n"))));
            var written = (await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken)).AsSpan(0, 200 * 4);
            Assert.Equal(Enumerable.Range(0, 200), Encoding.ASCII.GetString(written).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
