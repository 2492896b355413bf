/** What tests share: a Spark session, the real command line. */
package org.sparkqat.testkit;
