using System.Runtime.CompilerServices;

namespace Herald.Client;

/// <summary>Reads a list page by page.</summary>
internal static class AllPages
{
    private const int MostOnAPage = 1000;

    /// <exception cref="HeraldException">A page was refused. The items before it have been returned.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<PageRequest, CancellationToken, Task<Reply<Page<T>>>> list, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? cursor = null;
        do
        {
            var page = (await list(new PageRequest(MostOnAPage, cursor), cancel)).ValueOrThrow();
            foreach (var item in page.Items)
                yield return item;
            cursor = page.NextCursor;
        }
        while (cursor is not null);
    }
}
