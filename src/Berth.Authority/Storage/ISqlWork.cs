namespace Berth.Authority.Storage;

/// <summary>Something that a database is asked to do, and that somebody waits for.</summary>
internal interface ISqlWork
{
    void Complete();

    void Fail(Exception fault);
}
