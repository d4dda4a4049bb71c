// The X.509 library with the metadata polyfill that its dependency injection needs before it loads.
import "reflect-metadata";

export * from "@peculiar/x509";
