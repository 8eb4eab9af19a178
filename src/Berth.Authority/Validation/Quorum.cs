namespace Berth.Authority.Validation;

/// <summary>How many perspectives must agree. The first must always: what it sees is what is told to the client.</summary>
internal static class Quorum
{
    internal const int MostPerspectives = 9;

    /// <summary>All of one or two; of three to five, all but one; of more, all but two.</summary>
    internal static int Of(int perspectives) => perspectives switch
    {
        <= 2 => perspectives,
        <= 5 => perspectives - 1,
        _ => perspectives - 2,
    };
}
